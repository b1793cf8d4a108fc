<?php

return [
    'stock' => 'amqp://shop:q7Wm2Zx9Lk@mq.example.net/stock',
];

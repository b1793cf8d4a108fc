<?php

return [
    'name' => 'Shop',
];

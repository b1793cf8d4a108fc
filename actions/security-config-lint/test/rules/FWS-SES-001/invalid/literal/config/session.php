<?php

return [
    'secure' => false,
];
